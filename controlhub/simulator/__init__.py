"""A Webex Control Hub to develop and test against: a process of its own, spoken to over real HTTP."""
