"""The tech lead's tools: consistency checks over the whole run, and the sign-off."""
