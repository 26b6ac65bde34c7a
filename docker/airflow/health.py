"""Ends with 0 when Airflow's API says that a component is healthy: `health.py COMPONENT [HOST]`.

The components: metadatabase, scheduler, dag_processor, triggerer. `airflow jobs check` would import
Airflow each time, which takes seconds of processor time.
"""

import json
import sys
import urllib.request


def main(component: str, host: str = "127.0.0.1") -> int:
    """Ask the api-server of the host; returns the exit code."""
    url = f"http://{host}:8080/api/v2/monitor/health"
    try:
        with urllib.request.urlopen(url, timeout=8) as answer:
            status = json.load(answer)[component]["status"]
    except OSError as error:
        print(f"{url}: {error}")
        return 1
    print(f"{component} is {status}")
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
