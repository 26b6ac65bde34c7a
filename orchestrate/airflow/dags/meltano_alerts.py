"""Reports a failed task: at the end of its log, and by mail or webhook if these are set."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from airflow.sdk import AsyncCallback, BaseNotifier, DeadlineAlert, DeadlineReference


def reason(task: Any) -> str:
    """Return why the command of a task failed, as far as this process has seen it run."""
    hook = getattr(task, "__dict__", {}).get("subprocess_hook")
    return getattr(hook, "reason", None) or "its log says why"


class RerunLine(BaseNotifier):
    """Ends the log of a failed attempt, after Airflow's traceback, with the cause and the cure."""

    template_fields = ("text",)

    def __init__(self, date: str, rerun: str) -> None:
        super().__init__()
        self.text = f"Failed for DATE {date}: {{{{ reason(task) }}}}\nTo run it again: {rerun}"

    def notify(self, _context: Any) -> None:
        """Write the lines."""
        for line in self.text.splitlines():
            self.log.error(line)


def on_failure(date: str, rerun: str) -> list[BaseNotifier]:
    """Return the alerts for a task that has failed for good: none, unless .env sets one."""
    what = f"{{{{ dag.dag_id }}}}.{{{{ task.task_id }}}} failed for DATE {date}"
    lines = ["{{ reason(task) }}", f"Run it again: {rerun}", "Log: {{ ti.log_url }}"]
    return [notifier(**options) for notifier, options in _notifiers(what, lines)]


def on_late_run() -> list[DeadlineAlert]:
    """Return the alert on a run that is not over ALERT_AFTER_HOURS hours after it was queued."""
    hours = float(os.environ.get("ALERT_AFTER_HOURS") or 0)
    if not hours:
        return []
    what = "{{ dag_run.dag_id }} is late"
    lines = [f"Run {{{{ dag_run.dag_run_id }}}} is not over {hours:g} hours after it was queued."]
    return [
        DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(hours=hours),
            callback=AsyncCallback(notifier, kwargs=options),
        )
        for notifier, options in _notifiers(what, lines)
    ]


def _notifiers(what: str, lines: list[str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    # Imported on demand: each parse of a DAG file would pay for it.
    if os.environ.get("ALERT_WEBHOOK_URL"):
        from airflow.providers.http.notifications.http import HttpNotifier

        # `text` is what Slack, Mattermost and Teams read.
        text = "\n".join([f"{what}.", *lines])
        yield HttpNotifier, {"http_conn_id": "alert_webhook", "json": {"text": text}}
    if to := os.environ.get("ALERT_EMAIL"):
        from airflow.providers.smtp.notifications.smtp import SmtpNotifier

        sender = os.environ.get("ALERT_EMAIL_FROM") or to
        html = "<br>\n".join(lines)
        yield SmtpNotifier, {"to": to, "from_email": sender, "subject": what, "html_content": html}
