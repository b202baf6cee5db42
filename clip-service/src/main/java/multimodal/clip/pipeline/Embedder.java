package multimodal.clip.pipeline;

import java.util.List;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;

/** Puts texts and pictures into the joint space of a CLIP model. Thread-safe. */
public final class Embedder {

    private final ContentEncoder encoder;

    public Embedder(ContentEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Embeds contents; the embedding of one does not depend on the others.
     *
     * @param contents at least 1
     */
    public Embeddings embed(ModelHandle model, List<? extends Content> contents, RequestContext context) {
        try (Permit permit = model.admit(context, ContentEncoder.cost(contents))) {
            ContentEncoder.Encoded encoded = encoder.encode(model, permit, contents);
            return new Embeddings(encoded.embeddings(), WorkInfo.of(model, permit, encoded.cutTexts()));
        }
    }
}
