"""Every address of the API that the sandbox answers."""

from sandbox import cards, checkout, customers, events, invoices, payments, prices, refunds, subscriptions

ROUTES = [
    *cards.ROUTES,
    *checkout.ROUTES,
    *customers.ROUTES,
    *events.ROUTES,
    *invoices.ROUTES,
    *payments.ROUTES,
    *prices.ROUTES,
    *refunds.ROUTES,
    *subscriptions.ROUTES,
]
