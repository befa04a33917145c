"""AS2 in the flow: messages packed once and posted until they are receipted; messages taken once and receipted."""
