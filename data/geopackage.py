"""What makes the embedded store a GeoPackage: its four tables, its index and their triggers, its plane and extents.

Source: OGC 12-128r19 (GeoPackage 1.4). The file says 1.3 (``user_version`` 10300), since GDAL before 3.7 warns at 1.4, but
carries the index triggers of 1.4: those of 1.3 break UPSERT.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from data.geometry import Box
from geo import crs

APPLICATION_ID: Final = 0x47504B47  # "GPKG"
USER_VERSION: Final = 10300
UNDEFINED: Final = -1  # GeoPackage's "undefined Cartesian" system, until the plane is fixed
RTREE: Final = "http://www.geopackage.org/spec120/#extension_rtree"

TABLES: Final = (
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,"
    " organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)",
    "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,"
    " description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),"
    " min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,"
    " CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))",
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT"
    " NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY"
    " (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY"
    " (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES"
    " gpkg_spatial_ref_sys (srs_id))",
    "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT"
    " NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))",
)
SYSTEMS: Final = (  # two of the three rows that every GeoPackage must have (Req 11); the third is lon/lat
    ("Undefined Cartesian SRS", UNDEFINED, "NONE", UNDEFINED, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
)
TRIGGERS: Final = {
    "insert": 'AFTER INSERT ON "{t}" WHEN (new."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN INSERT OR REPLACE INTO'
    ' "{r}" VALUES (NEW."id", {new}); END',
    "update2": 'AFTER UPDATE OF "geom" ON "{t}" WHEN OLD."id" = NEW."id" AND (NEW."geom" IS NULL OR ST_IsEmpty(NEW."geom"))'
    ' BEGIN DELETE FROM "{r}" WHERE id = OLD."id"; END',
    "update4": 'AFTER UPDATE ON "{t}" WHEN OLD."id" != NEW."id" AND (NEW."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN'
    ' DELETE FROM "{r}" WHERE id = OLD."id"; INSERT OR REPLACE INTO "{r}" VALUES (NEW."id", {new}); END',
    "update5": 'AFTER UPDATE ON "{t}" WHEN OLD."id" != NEW."id" AND (NEW."geom" IS NULL OR ST_IsEmpty(NEW."geom")) BEGIN'
    ' DELETE FROM "{r}" WHERE id IN (OLD."id", NEW."id"); END',
    "update6": 'AFTER UPDATE OF "geom" ON "{t}" WHEN OLD."id" = NEW."id" AND (NEW."geom" NOT NULL AND NOT'
    ' ST_IsEmpty(NEW."geom")) AND (OLD."geom" NOT NULL AND NOT ST_IsEmpty(OLD."geom")) BEGIN UPDATE "{r}" SET (minx, maxx,'
    ' miny, maxy) = ({new}) WHERE id = NEW."id"; END',
    "update7": 'AFTER UPDATE OF "geom" ON "{t}" WHEN OLD."id" = NEW."id" AND (NEW."geom" NOT NULL AND NOT'
    ' ST_IsEmpty(NEW."geom")) AND (OLD."geom" IS NULL OR ST_IsEmpty(OLD."geom")) BEGIN INSERT INTO "{r}" VALUES (NEW."id",'
    " {new}); END",
    "delete": 'AFTER DELETE ON "{t}" WHEN old."geom" NOT NULL BEGIN DELETE FROM "{r}" WHERE id = OLD."id"; END',
}
BOX: Final = 'ST_MinX({row}"geom"), ST_MaxX({row}"geom"), ST_MinY({row}"geom"), ST_MaxY({row}"geom")'


def make_tables(connection: Connection) -> None:
    """Make a new SQLite file a GeoPackage."""
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")
    for statement in TABLES:
        connection.exec_driver_sql(statement)
    number, definition = crs.lonlat_wkt1()
    for row in (*SYSTEMS, ("WGS 84", number, "EPSG", number, definition)):
        connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", row)


def add_layer(connection: Connection, table: str, kind: str, identifier: str) -> None:
    """Make a table (integer key ``id``, geometry ``geom``) a layer with its index; its triggers come with `resync`."""
    (srs_id,) = connection.exec_driver_sql("SELECT coalesce(max(srid), ?) FROM store", (UNDEFINED,)).one()
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, ?)",
        (table, identifier, srs_id),
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (table, kind, srs_id)
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', ?, 'write-only')", (table, RTREE)
    )
    connection.exec_driver_sql(f'CREATE VIRTUAL TABLE "{index_of(table)}" USING rtree(id, minx, maxx, miny, maxy)')


def index_of(table: str) -> str:
    """Return the name of a layer's index."""
    return f"rtree_{table}_geom"


def layers(connection: Connection) -> list[str]:
    """Return the tables that have an index; none on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.exec_driver_sql(
        "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"
    )
    return sorted(row[0] for row in rows)


def index_triggers(table: str) -> dict[str, str]:
    """Return the triggers that keep a layer's index: name -> statement."""
    index = index_of(table)
    filled = {"t": table, "r": index, "new": BOX.format(row="NEW.")}
    return {
        f"{index}_{name}": f'CREATE TRIGGER "{index}_{name}" {text.format(**filled)}' for name, text in TRIGGERS.items()
    }


def rebuild_index(connection: Connection, table: str) -> None:
    """Fill a layer's index anew from its table."""
    index = index_of(table)
    connection.exec_driver_sql(f'DELETE FROM "{index}"')  # noqa: S608 — a name of our own
    connection.exec_driver_sql(
        f'INSERT INTO "{index}" SELECT "id", {BOX.format(row="")} FROM "{table}"'  # noqa: S608
        ' WHERE "geom" NOT NULL AND NOT ST_IsEmpty("geom")'
    )


def index_differences(connection: Connection, table: str) -> int:
    """Return how many rows a layer's index has too many or too few, or puts in another place."""
    index = index_of(table)
    return int(
        connection.exec_driver_sql(
            f'SELECT (SELECT count(*) FROM "{table}" AS t LEFT JOIN "{index}" AS r ON r.id = t.id'  # noqa: S608
            " WHERE r.id IS NULL OR r.minx > ST_MinX(t.geom) OR r.maxx < ST_MaxX(t.geom) OR r.miny > ST_MinY(t.geom)"
            f' OR r.maxy < ST_MaxY(t.geom)) + (SELECT count(*) FROM "{index}" WHERE id NOT IN (SELECT id FROM "{table}"))'
        ).scalar_one()
    )


def set_plane(connection: Connection, code: str, srid: int, definition: str) -> None:
    """Name the plane in the file: the one reference system of all its layers."""
    organization, _, number = code.partition(":")
    listed = number.isdigit()
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)",
        (code, srid, organization if listed else "wangge", int(number) if listed else srid, definition),
    )
    connection.exec_driver_sql("UPDATE gpkg_contents SET srs_id = ? WHERE data_type = 'features'", (srid,))
    connection.exec_driver_sql("UPDATE gpkg_geometry_columns SET srs_id = ?", (srid,))


def widen_extent(connection: Connection, table: str, box: Box, now: datetime) -> None:
    """Widen a layer's extent, as other programs show it, by the box of what was written."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    connection.exec_driver_sql(
        "UPDATE gpkg_contents SET min_x = min(coalesce(min_x, ?1), ?1), min_y = min(coalesce(min_y, ?2), ?2),"
        " max_x = max(coalesce(max_x, ?3), ?3), max_y = max(coalesce(max_y, ?4), ?4), last_change = ?5"
        " WHERE table_name = ?6",
        (*box, stamp, table),
    )
