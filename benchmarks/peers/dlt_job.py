"""The same work by dlt; run by the environment that `make bench` makes for it."""

import os

import dlt
import pyarrow as pa
import pyarrow.csv
from dlt.sources.sql_database import sql_database

# dlt makes every floating number a double, and then cannot load 4 bytes into it
TYPES = {
    "order_id": pa.int32(),
    "product_id": pa.int16(),
    "unit_price": pa.float64(),
    "quantity": pa.int16(),
    "discount": pa.float64(),
}


@dlt.resource(name="order_details", primary_key=("order_id", "product_id"))
def order_details():
    """Yield the CSV file as Arrow, block by block."""
    options = pyarrow.csv.ConvertOptions(column_types=TYPES)
    with pyarrow.csv.open_csv(os.environ["CSV"], convert_options=options) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def main() -> None:
    """Extract both sources to dlt's load package, and load it."""
    source = sql_database(
        os.environ["SOURCE"].replace("postgresql:", "postgresql+psycopg2:"),
        schema="public",
        backend="pyarrow",
        reflection_level="full_with_precision",
        chunk_size=100_000,
    )
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=f"{os.environ['FOLDER']}/pipelines",
        destination=dlt.destinations.postgres(os.environ["TARGET"], create_indexes=True),
        dataset_name=os.environ["DATASET"],
    )
    info = pipeline.run(
        [source, order_details()], write_disposition="replace", loader_file_format="parquet"
    )
    info.raise_on_failed_jobs()


if __name__ == "__main__":
    main()
