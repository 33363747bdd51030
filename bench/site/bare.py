"""A bare Django view with a template: what pages are measured against."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def bare(request: HttpRequest) -> HttpResponse:
    return render(request, "bare.html", {"title": "A bare page", "words": ["one", "two", "three"]})


urlpatterns = [path("bare/", bare, name="bare")]
