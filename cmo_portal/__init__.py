"""The ground floor of the portal: settings, sign-in, audit, jobs and what every app shares. It imports no app."""
