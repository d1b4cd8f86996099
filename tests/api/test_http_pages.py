"""The pages of the office, in both languages: what they say of the town, and names as text whatever they hold."""

import json
import re
from datetime import date
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api import messages
from api.services import attention
from api.services.attention import Desk, Fine, Row
from api.services.coordinates import point_of
from api.services.unit_card import area_words

ROOT = "海岬镇（示例）"
PAGES = ["/", "/map", "/map?unit=990001101002001", "/boards", "/jobs", "/about", "/search?q=1", "/search"]
UNITS = f"/api/roots/{quote(ROOT, safe='')}/units"


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("lang", "written"), [("zh", "zh-CN"), ("en", "en")])
def test_every_page_answers_in_both_languages(client: TestClient, address: str, lang: str, written: str) -> None:
    client.cookies.set("wangge_lang", lang)
    page = client.get(address)
    assert page.status_code == 200
    assert f'<html lang="{written}">' in page.text
    assert messages.sentence("about.title", lang) in page.text


@pytest.mark.parametrize("address", PAGES)
def test_no_link_of_a_page_is_dead(client: TestClient, address: str, boards_of_town: dict[str, str]) -> None:
    assert boards_of_town
    page = client.get(address).text
    links = {link.replace("&amp;", "&") for link in re.findall(r'(?:href|src)="([^"#]+)"', page)}
    assert links
    assert [link for link in links if client.get(link).status_code != 200] == []


def test_today_says_what_the_store_holds_and_leads_to_the_background_work(client: TestClient) -> None:
    page = client.get("/").text
    assert "数据库里有" in page
    assert re.search(r"<dd>\d+ / \d+ / \d+ 格</dd>", page)
    assert re.search(r"<dd>第 [1-9]\d* 号</dd>", page)
    assert "没有后台工作。" in page
    assert 'href="/jobs"' in page


def test_names_are_text_on_every_page(client: TestClient) -> None:
    for address in ("/map", "/map?unit=990001101002001", "/search?q=alert", "/search/suggest?q=alert"):
        page = client.get(address).text
        assert "&lt;b&gt;红枣&lt;/b&gt;村`${alert(1)}`" in page
        assert "<b>红枣" not in page


def test_what_was_searched_for_is_text(client: TestClient) -> None:
    page = client.get("/search?q=" + quote("\"><script>alert(1)</script>%_\\'; drop")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_card_shows_the_grid(client: TestClient) -> None:
    card = client.get("/map/card", params={"root": ROOT, "unit": "990001101001001"}).text
    assert "石榴村第1网格" in card
    assert "15.99 公顷" in card
    assert "990001101001001" in card


def test_the_card_of_a_divided_grid_says_how_much_is_not_divided(client: TestClient) -> None:
    card = client.get("/map/card", params={"root": ROOT, "unit": "990001101002001"}).text
    assert "1-1" in card
    assert "其余 8.00 公顷 未再划三级" in card


def test_a_grid_that_is_not_there_is_said_and_not_an_error(client: TestClient) -> None:
    page = client.get("/map?unit=nothing")
    assert page.status_code == 200
    assert "没有编码为 nothing 的网格" in page.text


def test_the_card_escapes_the_address_of_a_root(client: TestClient) -> None:
    assert client.get("/map/card", params={"root": "<x>"}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("990001101001001", ["石榴村第1网格"]),
        ("石榴村", ["石榴村", "石榴村第1网格", "石榴村第2网格"]),
        ("石榴村第2网格", ["石榴村第2网格"]),
        ("99000110100200101", ["1-1"]),
        ("%", []),
        ("_", []),
        ("nothing like it", []),
    ],
)
def test_the_search_finds_codes_and_names_literally(client: TestClient, asked: str, names: list[str]) -> None:
    page = client.get("/search/suggest", params={"q": asked}).text
    found = [part.split("</b>")[0] for part in page.split("<b>")[1:]]
    assert [name.replace("&lt;b&gt;红枣&lt;/b&gt;村`${alert(1)}`", "").strip() for name in found] == names


def test_a_single_hit_is_shown_on_the_map_at_once(client: TestClient) -> None:
    answer = client.get("/search?q=990001101001001", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("unit=990001101001001")


def test_a_point_is_shown_on_the_map_at_once_with_a_mark_on_the_day_that_was_asked_about(client: TestClient) -> None:
    place = middle_of(client, "99000110100200101")
    query = {"q": f"{place[0]:.6f} {place[1]:.6f}", "on": "2026-11-10"}
    answer = client.get("/search", params=query, follow_redirects=False)
    where = answer.headers["location"]
    assert "unit=99000110100200101" in where
    assert "on=2026-11-10" in where
    page = client.get(where).text
    marked = re.search(r'data-at="([^"]+)"', page)
    assert marked is not None
    assert [float(one) for one in marked[1].split(",")] == pytest.approx([358_900, 2_741_300], abs=0.2)
    assert 'data-at=""' in client.get("/map?at=" + quote("<x>")).text


def test_a_point_is_found_with_the_finest_grid_first(client: TestClient) -> None:
    place = middle_of(client, "99000110100200101")
    page = client.get("/search/suggest", params={"q": f"{place[0]}, {place[1]}"}).text
    assert page.index("99000110100200101") < page.index("990001101002001<") < page.index("990001101002<")


def test_a_point_in_the_undivided_rest_is_answered_by_the_grid_above(client: TestClient) -> None:
    west, _ = middle_of(client, "99000110100200101")
    east, north = middle_of(client, "990001101002001")
    point = (east + (east - west), north)
    found = client.get("/api/locate", params={"lon": point[0], "lat": point[1]}).json()
    assert [unit["code"] for unit in found["roots"][0]["units"]] == ["990001101002", "990001101002001"]


def middle_of(client: TestClient, code: str) -> tuple[float, float]:
    features = client.get(UNITS).json()["features"]
    ring = next(f for f in features if f["properties"]["code"] == code)["geometry"]
    while isinstance(ring, dict) or isinstance(ring[0][0], list):
        ring = ring["coordinates"] if isinstance(ring, dict) else ring[0]
    lons, lats = zip(*ring, strict=True)
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("118.5,24.8", (118.5, 24.8)),
        (" 118.5 ，24.8 ", (118.5, 24.8)),
        ("118.5 24.8", (118.5, 24.8)),
        ("-1,2", (-1.0, 2.0)),
        ("181,24", None),
        ("24.8", None),
        ("118.5,24.8,3", None),
        ("nan,1", None),
        ("24.8, 118.5", (118.5, 24.8)),
        ("５５.5，24.8", (55.5, 24.8)),
        ("118.5520°E, 24.8107°N", (118.552, 24.8107)),
        ("N24.8107 E118.552", (118.552, 24.8107)),
        ("东经118.55 北纬24.81", (118.55, 24.81)),
        ("118.5E24.8N", (118.5, 24.8)),
        ("2.98W 53.4N", (-2.98, 53.4)),
        ("118°33'00\"E 24°48'36\"N", (118.55, 24.81)),
        ("118度33分，24度48分36秒", (118.55, 24.81)),
        ("24°48.6'N,118°33'E", (118.55, 24.81)),
        ("118°75' 24°", None),
        ("E118 E24", None),
        ("99000110120400300", None),
        ("1185", None),
        ("3-1", None),
    ],
)
def test_what_counts_as_a_point(text: str, point: tuple[float, float] | None) -> None:
    assert point_of(text) == (None if point is None else pytest.approx(point))


@pytest.mark.parametrize(
    ("area", "words"),
    [(9999.0, "9,999 平方米"), (10_000.0, "1.00 公顷"), (184_500.0, "18.45 公顷"), (2.5e7, "25.00 平方公里")],
)
def test_areas_are_square_metres_below_one_hectare(area: float, words: str) -> None:
    assert area_words(area, "zh") == words


def test_units_are_geojson_with_eight_decimals(client: TestClient) -> None:
    answer = client.get(UNITS + "?level=2")
    assert answer.headers["content-type"] == "application/geo+json"
    document = answer.json()
    assert (document["format"], document["type"], document["root"]) == ("units/1", "FeatureCollection", ROOT)
    assert [f["properties"]["code"] for f in document["features"]] == [
        "990001101001001", "990001101001002", "990001101002001", "990001101002002",
    ]  # fmt: skip
    decimals = [len(number.split(".")[1]) for number in re.findall(r"1\d\d\.\d+", answer.text)]
    assert 7 <= max(decimals) <= 8


def test_units_in_the_plane_are_exact_to_the_centimetre(client: TestClient) -> None:
    document = client.get(UNITS + "?coordinates=plane").json()
    assert document["coordinates"] == "EPSG:4549"
    values = {v for f in document["features"] for ring in f["geometry"]["coordinates"][0] for xy in ring for v in xy}
    assert 358_000.0 in values
    assert all(value == round(value, 2) for value in values)


def test_a_box_returns_only_what_it_touches(client: TestClient) -> None:
    lon, lat = middle_of(client, "990001101001001")
    box = f"{lon - 1e-5:.6f},{lat - 1e-5:.6f},{lon + 1e-5:.6f},{lat + 1e-5:.6f}"
    features = client.get(UNITS, params={"bbox": box}).json()["features"]
    assert [f["properties"]["code"] for f in features] == ["990001101001", "990001101001001"]
    assert client.get(UNITS, params={"bbox": "0,0,1,1"}).json()["features"] == []


def test_residual_areas_have_no_code_and_are_told_apart(client: TestClient) -> None:
    features = client.get(UNITS + "?level=3").json()["features"]
    assert sorted(f["properties"]["kind"] for f in features) == ["ordinary", "ordinary", "residual"]
    assert [f["properties"]["code"] for f in features if f["properties"]["kind"] == "residual"] == [None]


def test_before_it_was_recorded_the_town_is_not_known(client: TestClient) -> None:
    answer = client.get(UNITS, params={"known_on": "2026-10-01"})
    assert answer.status_code == 404 or answer.json()["features"] == []


def test_today_says_what_is_fine(client: TestClient) -> None:
    page = client.get("/").text
    assert "今天没有要人来办的事" in page
    assert "各级网格无空隙、无重叠" in page


def test_without_a_store_today_says_how_to_begin(empty_client: TestClient) -> None:
    page = empty_client.get("/").text
    assert "wangge init" in page
    assert "没有指定数据库" in page
    assert empty_client.get("/map").status_code == 200
    assert empty_client.get("/health").json()["store"] == "store.unset"


def test_what_is_urgent_comes_first() -> None:
    desk = Desk(None, None, (), "village", date(2026, 11, 24))
    before = list(attention.QUESTIONS)
    try:
        attention.QUESTIONS[:] = [
            lambda _: [Row("boards", 2), Fine("coverage")],
            lambda _: [Row("roots", urgent=True)],
        ]
        answers = attention.agenda(desk)
    finally:
        attention.QUESTIONS[:] = before
    assert [row.subject for row in answers.rows] == ["roots", "boards"]
    assert [fine.subject for fine in answers.fine] == ["coverage"]


def test_the_language_is_kept_in_a_cookie(client: TestClient) -> None:
    answer = client.post("/preferences", data={"lang": "en", "back": "/about"})
    assert answer.url.path == "/about"
    assert "Who you are" in answer.text
    assert "HttpOnly" in answer.history[0].headers["set-cookie"]
    assert "SameSite=strict" in answer.history[0].headers["set-cookie"]


def test_assets_are_ours_and_not_sent_twice(client: TestClient) -> None:
    first = client.get("/static/wangge.css")
    assert "--inforce" in first.text
    again = client.get("/static/wangge.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_answers_are_compressed(client: TestClient) -> None:
    assert client.get("/static/wangge.css", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_the_description_of_the_api_names_every_route_of_it(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {
        "/api/roots",
        "/api/roots/{root}/units",
        "/api/locate",
        "/api/tracks/verify",
        "/api/jobs",
        "/health",
    } <= set(paths)
    assert json.dumps(paths)
