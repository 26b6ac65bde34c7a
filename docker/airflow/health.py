"""Ends with 0 when Airflow's API says that the component named is healthy: the health checks.

The components: metadatabase, scheduler, dag_processor. Asking the API costs nothing beside
`airflow jobs check`, which imports Airflow each time.
"""

import json
import os
import sys
import urllib.request

URL = "http://{}:8080/api/v2/monitor/health"


def main(component: str) -> int:
    """Ask the api-server (AIRFLOW_API_HOST, else this container); returns the exit code."""
    url = URL.format(os.environ.get("AIRFLOW_API_HOST", "127.0.0.1"))
    with urllib.request.urlopen(url, timeout=8) as answer:  # noqa: S310  # http, as it says above
        status = json.load(answer)[component]["status"]
    print(f"{component} is {status}")
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
