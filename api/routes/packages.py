"""The papers of a change over HTTP: documents handed in and given out, the filing package as data and as PDF."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import forms
from api.routes.bodies import Revision
from api.routes.changes import ChangeId, answer, hand_of
from api.routes.forms import Form
from api.routes.map import GEOJSON, Coordinates
from api.routes.parameters import Bbox, LevelOf, box_of, day_or_none
from api.services.redraw import drafts, drawn, packages, sheets
from api.services.redraw.drafts import Document
from api.services.redraw.drawn import Side
from data import changes

router = APIRouter(route_class=DeclaredRoute, prefix="/api/changes", tags=["changes"])

FILE: Final = "file"
TEXTS: Final = {
    "role": "basis, decision, opinion, site_walk, drawing, filing_receipt or other",
    "title": "what it is",
    "number": "number of the document",
    "issuer": "who issued it",
    "issued_on": "the day, 2026-11-02",
    "party": "of an opinion: code of the village that gives it",
}
Json = dict[str, Any]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
DocumentId = Annotated[str, Path(max_length=60)]


def _schema() -> dict[str, Any]:
    texts = {name: {"type": "string", "description": text} for name, text in TEXTS.items()}
    schema = {
        "type": "object",
        "properties": {FILE: {"type": "string", "format": "binary", "description": "PDF, JPEG or PNG"}, **texts},
        "required": ["role", "title"],
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def document_of(form: Form) -> Document:
    """Return the document a form hands in."""
    name, content = form.files[0] if form.files else ("", b"")
    issued = form.texts.get("issued_on") or None
    return Document(
        role=form.needed("role"),
        title=form.needed("title"),
        number=form.texts.get("number", ""),
        issuer=form.texts.get("issuer", ""),
        issued_on=forms.day_of("issued_on", issued, day_or_none),
        party=form.texts.get("party", ""),
        file=name,
        content=content,
    )


@router.post("/{number}/documents", openapi_extra=_schema())
@declares(Action.EDIT, Resource.CHANGE)
async def document_add(request: Request, response: Response, number: ChangeId, rev: Revision) -> Json:
    """Add a document to a change: its particulars, and the file if there is one."""
    form = await forms.read_form(request, frozenset(TEXTS), FILE, needs_file=False)
    hand = hand_of(request)

    def work() -> Json:
        return answer(hand, drafts.add_document(hand, number, rev, document_of(form)), response)

    return await run_in_threadpool(work)


@router.delete("/{number}/documents/{document_id}")
@declares(Action.EDIT, Resource.CHANGE)
def document_remove(
    request: Request, response: Response, number: ChangeId, document_id: DocumentId, rev: Revision
) -> Json:
    """Take a document out of a change; it stays in the record."""
    hand = hand_of(request)
    return answer(hand, drafts.remove_document(hand, number, rev, document_id), response)


@router.get("/{number}/documents/{sha256}", response_class=Response)
@declares(Action.READ, Resource.CHANGE)
def document_get(request: Request, number: ChangeId, sha256: Sha256) -> Response:
    """Return the file of a document."""
    hand = hand_of(request)
    with hand.store.read() as view:
        change, content = changes.get(view, number), changes.document(view, number, sha256)
    mime = next((paper.mime for paper in change.case.papers if paper.sha256 == sha256), "application/octet-stream")
    return Response(content, media_type=mime, headers={"content-disposition": f'attachment; filename="{sha256[:16]}"'})


@router.get("/{number}/units", response_class=Response, responses={200: {"content": {GEOJSON: {}}}})
@declares(Action.READ, Resource.CHANGE)
def change_units(
    request: Request,
    number: ChangeId,
    side: Side = Side.AFTER,
    changed: bool = True,
    bbox: Bbox = None,
    level: LevelOf = None,
    coordinates: Coordinates = Coordinates.PLANE,
) -> Response:
    """Return ``units/1``: the map of a change before or after its operations, only what it touches unless ``changed=false``."""
    hand = hand_of(request)
    content = drawn.units(
        hand.store,
        number,
        hand.today,
        side,
        changed=changed,
        level=level,
        box=box_of(bbox),
        in_plane=coordinates is Coordinates.PLANE,
    )
    return Response(content, media_type=GEOJSON)


@router.get("/{number}/package")
@declares(Action.READ, Resource.CHANGE)
def package_data(request: Request, number: ChangeId) -> Json:
    """Return ``filing/1``: the filing package as data."""
    hand = hand_of(request)
    return packages.package(hand.store, number, hand.today)


@router.get("/{number}/package.pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
@declares(Action.READ, Resource.CHANGE)
def package_pdf(request: Request, number: ChangeId) -> Response:
    """Return the filing package as a PDF to be signed."""
    hand = hand_of(request)
    content = sheets.sheet(hand.store, number, hand.today)
    return Response(content, media_type="application/pdf")
