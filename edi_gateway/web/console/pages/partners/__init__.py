"""Partners: how they do, what their files say, versions, drafts and what these would make different."""
