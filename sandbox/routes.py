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
    payments,
    payouts,
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
    *payments.ROUTES,
    *payouts.ROUTES,
    *prices.ROUTES,
    *refunds.ROUTES,
    *subscription_changes.ROUTES,
    *subscriptions.ROUTES,
]
