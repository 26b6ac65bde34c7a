"""Used by all packages here: settings, errors, dates, SQL, types, the dialect and the messages."""
