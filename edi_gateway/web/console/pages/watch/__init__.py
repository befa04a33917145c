"""Pages of what is watched: incidents and switches, alerts, figures, transmissions and certificates, audit."""
