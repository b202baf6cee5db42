package multimodal.inference.lifecycle;

import multimodal.inference.repository.ModelId;

/** A model has come into a state. */
public record ModelEvent(ModelId model, String task, ModelState state) {}
