"""Where things are and which authority is served; read from the environment, prefix SUPPORT_LIST_."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[2]

Cycle = Literal["june", "october"]


class Settings(BaseSettings):
    """Settings of one installation; paths are absolute."""

    model_config = SettingsConfigDict(env_prefix="SUPPORT_LIST_")

    project: Path = Field(default=PROJECT, description="Where the DAGs, models and suites are.")
    home: Path = Field(default=PROJECT / ".support-list", description="State folder: landing store, editions, logs.")
    postgres_port: int = Field(
        default=0, ge=0, description="Port of the embedded PostgreSQL; 0: the one it had, else any free one."
    )
    secrets: Path | None = Field(
        default=None,
        description="Folder with a file a secret, named like its variable; none: secrets.env in the state folder.",
    )
    airflow_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/]+$",
        description="Address of an Airflow that runs elsewhere; none: one is started on this machine when it is needed.",
    )
    public_url: str | None = Field(
        default=None, description="Address at which people open Airflow, if it is another than airflow_url."
    )
    broker: str | None = Field(
        default=None,
        pattern=r"^[^:/]+:[0-9]+$",
        description="Host and port of the Redis that hands tasks to Celery workers; none: tasks run on this machine.",
    )
    parallel_tasks: int = Field(
        default=4, ge=1, description="Tasks that run at once, on this machine or on each Celery worker."
    )
    users: str = Field(
        default="admin:admin,lead:op,officer:user,reader:viewer",
        pattern=r"^[A-Za-z0-9._@-]+:(admin|op|user|viewer)(,[A-Za-z0-9._@-]+:(admin|op|user|viewer))*$",
        description="Who may log in to Airflow, and as what: op approves, user proposes, viewer sees no school. One is admin.",
    )
    data: Path | None = Field(default=None, description="Folder of files with a releases.csv; none: the sample.")
    authority: str = Field(default="999", pattern=r"^[0-9]{3}$", description="LA code that is served.")
    nightly_hours: float = Field(
        default=3, gt=0, description="How long a nightly run may take before people are told that it is late."
    )
    annual_cycle: Cycle = Field(
        default="june",
        description="june: the list is assessed as at 30 June and proposed on 1 July, for the school year from September. "
        "october: as at 31 October and on 1 November, with provisional results, for the school year that has begun.",
    )
    approval_days: float = Field(default=14, gt=0, description="How long an approval in Airflow may be waited for.")
    four_eyes: bool = Field(default=True, description="Who built a candidate may not approve it.")
    keep_run_folders_days: int = Field(default=90, ge=1, description="Folders of dbt runs and Data Docs.")
    keep_watches_days: int = Field(default=90, ge=1, description="Marts of nightly monitoring assessments.")
    keep_inbox_days: int = Field(
        default=90, ge=1, description="Answers, dealt-with files and reminders beside the inbox."
    )
    keep_drafts_days: int = Field(default=400, ge=1, description="Draft letters of lists that were never published.")
    keep_quarantine_days: int = Field(
        default=365, ge=1, description="Bytes of quarantined files; their ledger row stays."
    )
    keep_history_days: int = Field(
        default=730, ge=1, description="Rows of quality.run, quality.dbt_result and sent alerts."
    )
    keep_airflow_days: int = Field(default=180, ge=30, description="Runs in Airflow's database, and its logs.")
    lineage: Path | None = Field(
        default=None, description="File that OpenLineage events of Airflow and dbt are appended to; none: no lineage."
    )
    disk_free_percent: float = Field(default=10, ge=0, le=100, description="Less free space than this is a fault.")
    silent_hours: float = Field(default=36, gt=0, description="Nothing taken in for so long is a fault.")
    backup_marker: Path | None = Field(
        default=None,
        description="A file that `support-list backup create` touches when it has ended well; none: backups are not watched.",
    )
    backup_days: float = Field(default=2, gt=0, description="A backup older than this is a fault.")
    returns_inbox: Path | None = Field(
        default=None, description="Where returns are dropped; none: in the state folder."
    )
    returns_contact: str = Field(
        default="the school improvement team of your local authority", description="Whom a school asks about a return."
    )
    download: bool = Field(
        default=False, description="Fetch from the publishers into the mirror before each ingest, and read that."
    )
    mirror_folder: Path | None = Field(default=None, description="Where downloads are kept; none: in the state folder.")
    download_contact: str = Field(
        default="",
        pattern=r"^[ -~]*$",
        description="Whom a publisher may write to about downloads, such as a mail address.",
    )

    @field_validator("lineage", mode="before")
    @classmethod
    def _none_is_no_file(cls, value: object) -> object:
        """`none` in words is none, and a path is the same in every process, wherever it runs."""
        if value is None or str(value).lower() in ("", "none"):
            return None
        return Path(str(value)).resolve()

    @property
    def data_folder(self) -> Path:
        """The folder that ingest reads."""
        return self.data or (self.mirror if self.download else self.home / "sample")

    @property
    def cluster(self) -> Path:
        """Data folder of the embedded PostgreSQL cluster."""
        return self.home / "pg"

    @property
    def landing(self) -> Path:
        """Landing store: every file that was taken in, whole, named by its sha256."""
        return self.home / "landing"

    @property
    def inbox(self) -> Path:
        """Where schools' returns are dropped; answers and what was dealt with stand in folders beside it."""
        return self.returns_inbox or self.home / "returns" / "inbox"

    @property
    def mirror(self) -> Path:
        """What was downloaded, with its index: a folder that ingest can read."""
        return self.mirror_folder or self.home / "mirror"

    @property
    def runs(self) -> Path:
        """One folder a dbt build, with its artefacts and log."""
        return self.home / "runs"

    @property
    def dbt_docs(self) -> Path:
        """dbt's documentation of the models."""
        return self.home / "dbt_docs"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' Data Docs, one site a gate."""
        return self.home / "data_docs"

    @property
    def editions(self) -> Path:
        """Reports and exports, one folder an edition."""
        return self.home / "editions"

    @property
    def drafts(self) -> Path:
        """Draft letters, one folder a candidate."""
        return self.home / "drafts"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own folder: configuration and task logs."""
        return self.home / "airflow"

    @property
    def dbt_project(self) -> Path:
        """The dbt project."""
        return self.project / "dbt_project"

    @property
    def expectations(self) -> Path:
        """The Great Expectations suites, one file a boundary table."""
        return self.project / "expectations"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    home = os.environ.get("SUPPORT_LIST_HOME")
    return Settings(home=Path(home).resolve()) if home else Settings()
