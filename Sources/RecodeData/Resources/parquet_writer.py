"""Makes Parquet files of files of JSON lines, in row groups of bounded size, and reads them as such lines.

The first request on standard input names the columns: {"columns": [{"name", "type"}]}, answered by
{"pyarrow": VERSION}, or by {"missing": MODULE}. Each further one, {"write": PATH, "lines": PATH} or
{"read": PATH, "lines": PATH}, is answered by {"rows": N} or {"error": WORDS, "errno": N or null}.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

from line_protocol import answer, needed_modules, requests

# A row group is full at whichever comes first: rows, or bytes of their JSON. Memory holds a few times that.
MOST_ROWS = 4096
MOST_BYTES = 16 << 20


with needed_modules():
    import pyarrow as pa
    import pyarrow.parquet as pq


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


def extract(path: str, lines: str, schema: pa.Schema) -> int:
    """Writes the rows as lines of JSON, the keys in the columns' order."""
    count = 0
    with pq.ParquetFile(path) as file, open(lines, "x", encoding="utf-8") as out:
        if not file.schema_arrow.equals(schema):
            raise ValueError(f"its columns are {', '.join(file.schema_arrow.names)}")
        for batch in file.iter_batches(batch_size=256):
            for row in batch.to_pylist():
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    return count


def main() -> None:
    asked = requests()
    schema = schema_of(next(asked)["columns"])
    answer({"pyarrow": pa.__version__})
    for request in asked:
        try:
            if "read" in request:
                answer({"rows": extract(request["read"], request["lines"], schema)})
            else:
                answer({"rows": convert(request["lines"], request["write"], schema)})
        except OSError as error:
            answer({"error": f"{type(error).__name__}: {error}", "errno": error.errno})
        except (ValueError, pa.ArrowException) as error:
            answer({"error": f"{type(error).__name__}: {error}"})


main()
