"""Every address of the API that the sandbox answers."""

from sandbox import (
    balance,
    cards,
    checkout,
    customers,
    disputes,
    events,
    fraud_warnings,
    invoices,
    payment_methods,
    payments,
    payouts,
    portal,
    prices,
    refunds,
    subscription_changes,
    subscriptions,
)

ROUTES = [
    *balance.ROUTES,
    *cards.ROUTES,
    *checkout.ROUTES,
    *customers.ROUTES,
    *disputes.ROUTES,
    *events.ROUTES,
    *fraud_warnings.ROUTES,
    *invoices.ROUTES,
    *payment_methods.ROUTES,
    *payments.ROUTES,
    *payouts.ROUTES,
    *portal.ROUTES,
    *prices.ROUTES,
    *refunds.ROUTES,
    *subscription_changes.ROUTES,
    *subscriptions.ROUTES,
]
