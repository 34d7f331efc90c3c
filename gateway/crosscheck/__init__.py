"""Who stands at a level of risk, compared with other supervisors' lists: in plain, or with neither side shown."""
