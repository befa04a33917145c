"""What is watched, for machines: incidents and switches, alerts and messages, figures, the audit."""
