"""Makes Parquet files of files of JSON lines, in row groups of bounded size.

The first request on standard input names the columns: {"columns": [{"name", "type"}]}, answered by
{"pyarrow": VERSION}, or by {"missing": MODULE}. Each further one, {"lines": PATH, "file": PATH}, is answered
by {"rows": N} or {"error": WORDS}.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

# A row group is full at whichever comes first: rows, or bytes of their JSON. Memory holds a few times that.
MOST_ROWS = 4096
MOST_BYTES = 16 << 20


def answer(reply: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    sys.stdin.readline()
    answer({"missing": error.name or str(error)})
    sys.exit(0)


def schema_of(columns: list[dict[str, str]]) -> pa.Schema:
    """The columns as pyarrow has them; nothing is inferred from rows."""
    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    types = {
        "string": pa.string(),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "messages": pa.list_(message),
    }
    return pa.schema([(column["name"], types[column["type"]]) for column in columns])


def groups(path: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of a file of lines, in groups."""
    rows: list[dict[str, Any]] = []
    size = 0
    with open(path, "rb") as lines:
        for line in lines:
            if rows and (len(rows) >= MOST_ROWS or size + len(line) > MOST_BYTES):
                yield rows
                rows, size = [], 0
            rows.append(json.loads(line))
            size += len(line)
    if rows:
        yield rows


def convert(lines: str, path: str, schema: pa.Schema) -> int:
    """Writes the file, whole and on disk, or removes what there is of it."""
    count = 0
    try:
        with open(path, "xb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd", version="2.6") as writer:
                for rows in groups(lines):
                    writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                    count += len(rows)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        if os.path.exists(path):
            os.remove(path)
        raise
    return count


def main() -> None:
    schema = schema_of(json.loads(sys.stdin.readline())["columns"])
    answer({"pyarrow": pa.__version__})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer({"rows": convert(request["lines"], request["file"], schema)})
        except (OSError, ValueError, pa.ArrowException) as error:
            answer({"error": f"{type(error).__name__}: {error}"})


main()
