"""An issue on its way: asked for, agreed to, frozen, sent, accounted for."""
