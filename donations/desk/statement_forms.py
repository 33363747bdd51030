"""Forms of the desk's screens for annual statements: which year to issue, which statement to find."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from donations.desk.filters import ALL, Filter, of_donor
from donations.models import Paper, ReceiptSeries, Statement
from organisation.models import LegalEntity

# Who asks in spring for the year before is the rule; who asks for one long ago has a reason, and a shell.
_YEARS = 6


class BeginForm(forms.Form):
    """Of which year, and by whom."""

    year = forms.TypedChoiceField(label=_("Year of the gifts"), coerce=int)
    entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.order_by("pk"), empty_label=None
    )

    def __init__(self, data: Any = None, *, at: datetime) -> None:
        super().__init__(data)
        entity = LegalEntity.issuing()
        this = at.astimezone(ZoneInfo(entity.time_zone)).year if entity else at.year
        year = self.fields["year"]
        if isinstance(year, forms.ChoiceField):
            year.choices = [(str(y), str(y)) for y in range(this, this - _YEARS, -1)]
        # The year that is over is the one that is asked for, but for those who close theirs in December.
        self.initial = {"year": this if at.month == 12 else this - 1}
        if LegalEntity.objects.count() == 1:
            self.fields["entity"].widget = forms.HiddenInput()
            self.initial["entity"] = entity


class StatementFilter(Filter):
    """Statements."""

    q = forms.CharField(label=_("Number or code"), required=False)
    donor = forms.CharField(label=_("Donor"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[ALL, *Statement.State.choices], required=False)

    field_order = ["q", "donor", "year", "state"]

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        years = ReceiptSeries.objects.filter(paper=Paper.STATEMENT).order_by("-year").values_list("year", flat=True)
        field = self.fields["year"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ALL, *((year, str(year)) for year in years.distinct())]

    def found(self) -> QuerySet[Statement]:
        """Return the statements; a filter that makes no sense finds none."""
        found = Statement.objects.all() if self.is_valid() else Statement.objects.none()
        typed = (self.wanted("q") or "").strip()
        if typed:
            found = found.filter(Q(number__icontains=typed) | Q(code__iexact=typed))
        donor = (self.wanted("donor") or "").strip()
        if donor:
            found = found.filter(of_donor("donor", donor))
        if self.wanted("year"):
            found = found.filter(series__year=self.wanted("year"))
        if self.wanted("state"):
            found = found.filter(state=self.wanted("state"))
        return found
