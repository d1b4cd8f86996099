"""What the page of a draft is drawn from: the shared borders of its version, small and made once."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.services import versions
from api.services.bench import cells, town
from api.settings import Settings
from maps import borders

GRIDS = 5_000
MOST_BYTES = 1_700_000


def test_the_draft_page_gets_a_town_of_5000_grids_in_1_7_mb_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town.store_of(town.partition_of(cells.make(GRIDS, 1)), tmp_path)
    made: list[str] = []
    make = borders.borders_document

    def counted(*given: object) -> bytes:
        made.append("once")
        return make(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(versions.borders, "borders_document", counted)
    with TestClient(create_app(Settings(store=str(path))), base_url="http://127.0.0.1:8000") as client:
        for title in ("甲", "乙"):
            page = client.post("/drafts", data={"title": title})
            found = re.search(r'data-borders="([^"]+)"', page.text)
            assert found is not None
            number = int(str(page.url).rpartition("/")[2])
            assert client.get(f"/api/changes/{number}/drawn").json()["borders"] == found[1]
            answer = client.get(found[1])
            assert "immutable" in answer.headers["cache-control"]
            assert int(answer.headers["content-length"]) <= MOST_BYTES
            assert len(answer.json()["units"]) > GRIDS
    assert made == ["once"]
