"""Lineage of the pipeline's tasks by OpenLineage: source table → staged files → warehouse table.

Airflow's provider takes `Lineage` (openlineage.extractors in airflow.meltano.yml) when a transport
is configured. It stands in for the provider's own extractor of BashOperator. The provider looks
for it when a process starts, which knows this folder and not yet that of the DAGs.
"""

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors.base import OperatorLineage
from airflow.providers.openlineage.extractors.bash import BashExtractor
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    dataset_version_dataset,
    input_statistics_input_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

if TYPE_CHECKING:
    from meltano_tables import Dataset, Table


class Lineage(BashExtractor):
    """What a task of the pipeline has read and written, with rows and bytes."""

    def extract_on_complete(self, task_instance: Any) -> OperatorLineage | None:
        """Return the datasets of the tables that the task moved; none for another's task."""
        from meltano_pipeline import DAG_ID, PIPELINE, task_id
        from meltano_tables import tables

        task = self.operator
        if task.dag_id != DAG_ID:
            return self.extract()
        day = task.env["DATE"]
        only = task_instance.get_template_context()["params"].get("tables")
        source = next((s for s in PIPELINE.sources if task_id(s) == task.task_id), None)
        inputs, outputs = [], []
        for each in [source] if source else PIPELINE.sources:
            for table in tables(each.name, day, only):
                came_from = table.came_from if source else [table.staged]
                inputs += [
                    _input(dataset, table, day, is_all=source is None) for dataset in came_from
                ]
                outputs.append(_output(table.staged if source else table.loaded, table, day))
        found = self.extract()
        job_facets = found.job_facets if found else {}
        return OperatorLineage(inputs=inputs, outputs=outputs, job_facets=job_facets)

    def extract_on_failure(self, task_instance: Any) -> OperatorLineage | None:
        """Return no datasets: what failed has changed nothing."""
        return self.extract()


def _facets(table: "Table", day: str) -> dict[str, Any]:
    fields = [schema_dataset.SchemaDatasetFacetFields(name, kind) for name, kind in table.columns]
    return {
        "schema": schema_dataset.SchemaDatasetFacet(fields),
        "version": dataset_version_dataset.DatasetVersionDatasetFacet(day),
    }


def _input(dataset: "Dataset", table: "Table", day: str, *, is_all: bool) -> InputDataset:
    # of several files of a user's, each has a part
    known = is_all or len(table.came_from) == 1
    read = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
        rowCount=table.rows if known else None, size=table.bytes if is_all else None
    )
    facets = _facets(table, day) if is_all else {}
    return InputDataset(*dataset, facets=facets, inputFacets={"inputStatistics": read})


def _output(dataset: "Dataset", table: "Table", day: str) -> OutputDataset:
    written = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=table.rows, size=table.bytes
    )
    return OutputDataset(
        *dataset, facets=_facets(table, day), outputFacets={"outputStatistics": written}
    )
