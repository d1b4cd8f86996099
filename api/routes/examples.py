"""Examples of bodies for the description of the API: all places and names are invented."""

from typing import Any, Final

Json = dict[str, Any]

CREATE: Final[Json] = {
    "a change": {
        "value": {
            "root": "海岬镇",
            "title": "海棠村第2网格拆分",
            "reason": "第2网格 477 户，超过本镇设定的 350 户",
            "effective_from": "2026-12-01",
        }
    },
    "a correction": {
        "value": {"root": "海岬镇", "title": "更正界线画错", "reason": "图上少画一个折点", "is_correction": True}
    },
}
EDIT: Final[Json] = {
    "dates": {"value": {"effective_from": "2026-12-01", "decided_on": "2026-11-02", "decided_by": "海岬镇党委"}}
}
OPERATION: Final[Json] = {
    "split": {
        "summary": "cut a grid by a line that ends on two borders; the western part keeps the code",
        "value": {
            "op": "split",
            "unit": "5d2c9a52-6a39-4f0e-8f0a-0a7f3f1c2b11",
            "line": [
                {"on": [[40010000, 30010000], [40020000, 30010000]], "at": [40015000, 30010000]},
                {"on": [[40010000, 30000000], [40020000, 30000000]], "at": [40015000, 30000000]},
            ],
            "parts": [{"at": [40018000, 30005000], "code": "35059990120700500", "name": "第5网格"}],
        },
    },
    "move a vertex": {
        "value": {"op": "move_vertex", "vertex": {"vertex": [40015000, 30010000]}, "to": [40015230, 30010110]}
    },
    "renumber": {
        "value": {"op": "renumber", "unit": "5d2c9a52-6a39-4f0e-8f0a-0a7f3f1c2b11", "code": "35059990120700600"}
    },
    "correction": {
        "value": {
            "op": "correction",
            "reason": "图上画错",
            "operation": {"op": "delete_vertex", "vertex": {"vertex": [40015000, 30010000]}},
        }
    },
}
ACCEPT: Final[Json] = {"lead time": {"value": {"finding": "filing.lead.warn", "reason": "公示牌已备好"}}}
RETURN: Final[Json] = {"incomplete": {"value": {"reason": "缺村级意见，请补齐后再报"}}}
FILE: Final[Json] = {"on record": {"value": {"filing_no": "海网备〔2026〕第0017号", "filed_on": "2026-11-10"}}}
REASON: Final[Json] = {"no longer wanted": {"value": {"reason": "镇党委决定缓办"}}}
REBASE: Final[Json] = {
    "as it is": {"value": {"choices": {}, "accept": False}},
    "one dropped": {"value": {"choices": {"0f0f7b0e-3c1c-4c3e-9a5a-5f1f3f1c2b11": "drop"}, "accept": True}},
}
REVERT: Final[Json] = {
    "taken back": {"value": {"title": "恢复第2网格原界线", "reason": "拆分后巡查不便", "effective_from": "2027-03-01"}}
}
