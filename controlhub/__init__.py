"""Webex Control Hub: its Protocol, the HTTP client that speaks it, and a simulator to speak with."""
