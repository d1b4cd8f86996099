"""Schemathesis: whatever the description of the API allows, and much that it does not, gets an answer it describes."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error

from api.main import create_app
from api.settings import Settings

EXAMPLES = 15
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
OURS = {"host": "127.0.0.1"}
STREAM = "/api/jobs/{job_id}/events"  # sends until the job has ended; it has tests of its own


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_an_answer_or_a_problem(town_store: str, mode: GenerationMode) -> None:
    app = create_app(Settings(store=town_store))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers={"Host": "127.0.0.1"})
    tried = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # pyright: ignore[reportAttributeAccessIssue] - the other outcome has no operation
        nothing_to_get_wrong = not (len(operation.query) or len(operation.path_parameters) or len(operation.body))
        if operation.path == STREAM or (mode is GenerationMode.NEGATIVE and nothing_to_get_wrong):
            continue
        tried += 1

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=SLOW)
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Case[Any]) -> None:
            answer = case.call(headers=OURS)
            case.validate_response(answer, checks=[not_a_server_error])
            if answer.status_code >= 400:
                assert answer.headers["content-type"] in (["application/problem+json"], ["text/html; charset=utf-8"])

        check()
    assert tried > 3
