"""Ask Chinese documents in Chinese or English, offline, with citations that can be checked."""
