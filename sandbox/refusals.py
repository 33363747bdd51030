"""What Stripe says when it refuses: one exception, in the shape of its error object."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """A request that Stripe would answer with an error.

    :param status: the HTTP status of the answer
    """

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status
        self.kind = kind

    def body(self) -> Json:
        error: Json = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error}


class Declined(Refused):
    """A bank said no. Unlike any other refusal this is a fact: what was done on the way stays."""

    def __init__(self, message: str, *, code: str, decline_code: str | None = None, charge: str | None = None) -> None:
        super().__init__(message, code=code, status=402, kind="card_error")
        self.decline_code = decline_code
        self.charge = charge

    def body(self) -> Json:
        body = super().body()
        facts = {"decline_code": self.decline_code, "charge": self.charge}
        body["error"] |= {name: value for name, value in facts.items() if value}
        return body


def missing_object(kind: str, identifier: str, param: str = "id") -> Refused:
    word = kind.replace("_", "").replace(".", " ")
    return Refused(f"No such {word}: '{identifier}'", param=param, code="resource_missing", status=404)


def missing_parameter(param: str) -> Refused:
    return Refused(f"Missing required param: {param}.", param=param, code="parameter_missing")


def not_built(what: str, param: str | None = None) -> Refused:
    """Stripe knows it, the sandbox does not yet. Better a clear word than a silent difference."""
    return Refused(f"Stripe knows {what}, the sandbox does not yet.", param=param, code="sandbox_not_built")
