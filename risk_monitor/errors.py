"""What is wrong with a watch."""


class WatchError(Exception):
    """监测规则有误 A watch is not sound; the text says what and where."""
