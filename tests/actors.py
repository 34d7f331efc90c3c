"""Who acts in tests that call a use case without a door."""

from gateway.runtime.actor import Actor

OPERATOR = Actor("test-operator", "operator")
PLATFORM = Actor("test-platform", "platform")
