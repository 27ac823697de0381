"""How forms look: the renderer that gives every form of the portal the same label, hint, error and target size."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Django's own renderer with our templates for a form, a field and a set of forms (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"
