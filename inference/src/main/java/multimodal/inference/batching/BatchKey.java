package multimodal.inference.batching;

import multimodal.inference.repository.ModelId;

/** Which network a batch is for: rows of different artifacts are never put together. */
public record BatchKey(ModelId model, String artifact) {

    @Override
    public String toString() {
        return model + "/" + artifact;
    }
}
