"""Who acts in tests that call a use case without a door."""

from gateway.runtime.actor import Actor

OPERATOR = Actor("test-operator", "operator", person="person:test-operator")
SYSTEM = Actor("test-system", "system")
MACHINE = Actor("operator-cli:test@test", "machine")
PLATFORM = Actor("test-platform", "platform")
