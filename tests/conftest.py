"""Fixtures: an embedded warehouse of the test session's own, and the real public files beside the checkout."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def real_data_folder() -> Path:
    """The folder of real public files: SUPPORT_LIST_REAL_DATA, else ../shared/data beside the checkout."""
    return Path(os.environ.get("SUPPORT_LIST_REAL_DATA", PROJECT.parent / "shared" / "data"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the real files their tests are not selected; the header of the run says so."""
    if real_data_folder().is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("real_data")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_report_header() -> str:
    folder = real_data_folder()
    return (
        f"real public files: {folder}"
        if folder.is_dir()
        else f"no real public files at {folder}: their tests are left out"
    )


@pytest.fixture(scope="session")
def real_data() -> Path:
    return real_data_folder()


def new_home() -> Path:
    """A state folder that the server's unprivileged account can reach, which pytest's own temporary folders are not."""
    home = Path(tempfile.mkdtemp(prefix="support-list-test-"))
    home.chmod(0o755)
    return home


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The state folder of the test session; every setting is read anew from it."""
    from school_support.settings import settings

    folder = new_home()
    os.environ["SUPPORT_LIST_HOME"] = str(folder)
    settings.cache_clear()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_warehouse() -> Iterator[Path]:
    """Another migrated warehouse with a state folder of its own, for as long as the block lasts."""
    from school_support.settings import settings
    from school_support.warehouse import embedded
    from school_support.warehouse.migrate import migrate

    before = os.environ.get("SUPPORT_LIST_HOME")
    folder = new_home()
    os.environ["SUPPORT_LIST_HOME"] = str(folder)
    settings.cache_clear()
    embedded.start()
    migrate()
    try:
        yield folder
    finally:
        embedded.remove()
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            del os.environ["SUPPORT_LIST_HOME"]
        else:
            os.environ["SUPPORT_LIST_HOME"] = before
        settings.cache_clear()


@pytest.fixture(scope="session")
def another_warehouse() -> Callable[[], AbstractContextManager[Path]]:
    return own_warehouse


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample authority in a small England: quick, and the same schools of Fenmere."""
    from school_support.sample import write_sample

    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, schools=300)
    return folder


@pytest.fixture(scope="session")
def warehouse(home: Path) -> Iterator[Path]:
    """A migrated embedded PostgreSQL, stopped and removed at the end."""
    from school_support.warehouse import embedded
    from school_support.warehouse.migrate import migrate

    embedded.start()
    migrate()
    yield home
    embedded.remove()
