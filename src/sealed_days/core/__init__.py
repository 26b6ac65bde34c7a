"""What every room stands on: settings, errors, dates, SQL, types, the dialect and the messages."""
