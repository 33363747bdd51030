from django.apps import AppConfig


class StripeGatewayConfig(AppConfig):
    name = "stripe_gateway"
    default_auto_field = "django.db.models.BigAutoField"
