"""Files linked from a GOV.UK page, as GOV.UK's content API lists them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import unquote

from school_support.downloads.addresses import GovUkPage, day_in_name
from school_support.downloads.days import day_of
from school_support.downloads.faults import DownloadFailed
from school_support.downloads.publishers import Publishers
from school_support.downloads.wanted import Choice, Wanted


def resolve(data_set: GovUkPage, publishers: Publishers, since: dt.date | None) -> list[Choice]:
    """The file with the newest as-at date, or all with an as-at date since a day, newest first.

    The page says when it was last updated, which is when the newest file was put on it; of an older one only its own
    Last-Modified can tell.

    Raises:
        DownloadFailed: the page cannot be had, or has no such link any more.
    """
    page = publishers.page(data_set.page)
    files = sorted(_linked(data_set, page), key=lambda found: found[0], reverse=True)
    newest = files[0][0]
    updated = day_of(page.get("public_updated_at") if isinstance(page, dict) else None)
    if updated is None:
        raise DownloadFailed(f"{data_set.page} does not say when it was updated (public_updated_at).")
    return [
        (
            Wanted(
                source=data_set.source,
                address=address,
                file_name=unquote(address.rsplit("/", 1)[-1]),
                coverage=data_set.coverage,
                largest_bytes=data_set.largest,
                snapshot_date=as_at,
                known_from=updated if as_at == newest else None,
                known_from_basis="the GOV.UK page's last public update" if as_at == newest else None,
            ),
        )
        for as_at, address in files
        if as_at == newest or (since is not None and as_at >= since)
    ]


def _linked(data_set: GovUkPage, page: object) -> list[tuple[dt.date, str]]:
    addresses = list(dict.fromkeys(_attached(page)))
    files = []
    for address in addresses:
        matched = re.search(data_set.link, unquote(address))
        if matched is None:
            continue
        try:
            files.append((day_in_name(matched["as_at"]), address))
        except ValueError:
            raise DownloadFailed(
                f"{data_set.page} links {address}, whose name holds no date that can be read."
            ) from None
    if not files:
        raise DownloadFailed(
            f"{data_set.page} lists {len(addresses)} files, and none has a name of the form {data_set.link}. The "
            "publisher has changed the page or the names: look at it in a browser and correct addresses.yaml."
        )
    return files


def _attached(page: object) -> Iterator[str]:
    details = page.get("details") if isinstance(page, dict) else None
    attachments = details.get("attachments") if isinstance(details, dict) else None
    for attachment in attachments if isinstance(attachments, list) else ():
        address = attachment.get("url") if isinstance(attachment, dict) else None
        if isinstance(address, str):
            yield address
