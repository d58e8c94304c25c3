"""For all tests: hypothesis measures no deadlines, since they tell of a busy machine and not of the code."""

from hypothesis import settings

settings.register_profile("project", deadline=None)
settings.load_profile("project")
