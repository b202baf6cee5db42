package multimodal.clip.rpc;

import multimodal.clip.index.VectorSpace;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.ModelRef;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;

/** Which model a collection is for. */
final class Spaces {

    private Spaces() {}

    /** The space of a CLIP model. */
    static VectorSpace of(ModelManifest manifest) {
        return new VectorSpace(manifest.id(), manifest.parameters().integer("projection_dim"));
    }

    /** Requires that a request asks for no other model than the collection's. */
    static void requireSame(String field, ModelRef asked, VectorSpace space, Violations violations) {
        ModelId known = space.model();
        boolean isSame = (asked.getName().isEmpty() || asked.getName().equals(known.name()))
                && (asked.getVersion().isEmpty() || asked.getVersion().equals(known.version()));
        violations.require(
                isSame, field, text(asked), known + ", whose embeddings the collection holds; others do not compare");
    }

    private static String text(ModelRef model) {
        return model.getVersion().isEmpty() ? model.getName() : model.getName() + "/" + model.getVersion();
    }
}
