package multimodal.clip.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** Texts to embeddings by the {@code text} artifact of a CLIP model. */
public final class TextEncoder {

    private static final String ARTIFACT = "text";

    /** What it takes, each text counted as one of the longest. */
    public static Cost cost(int texts) {
        return Cost.of(ARTIFACT, texts);
    }

    /**
     * Embeds texts. A text's embedding depends on that text alone.
     *
     * @param texts at least 1, within the model's length
     * @return float32 (texts, dimension), L2-normalised, in the order of {@code texts}
     */
    public Tensor encode(ModelHandle model, Permit permit, List<TextTokens> texts) {
        TokenizerSpec spec = model.manifest().tokenizer().orElseThrow();
        RowScatter embeddings = new RowScatter(texts.size());
        ArtifactSpec artifact = model.manifest().artifacts().get(ARTIFACT);
        byPaddedLength(texts, artifact, spec.maxLength()).forEach((length, places) -> {
            for (List<Integer> chunk : Chunks.of(places, artifact.maxBatch())) {
                List<List<Long>> rows =
                        chunk.stream().map(place -> texts.get(place).ids()).toList();
                Map<String, Tensor> inputs = PaddedTokens.inputs(rows, length, spec.padId());
                embeddings.put(chunk, model.run(permit, ARTIFACT, inputs).get("text_embeds"));
            }
        });
        return embeddings.toTensor();
    }

    private static Map<Integer, List<Integer>> byPaddedLength(
            List<TextTokens> texts, ArtifactSpec artifact, int limit) {
        int fixed = artifact.inputs().get(0).shape().dimension(1);
        Map<Integer, List<Integer>> places = new TreeMap<>();
        for (int place = 0; place < texts.size(); place++) {
            int length = fixed == Shape.ANY
                    ? PaddedTokens.length(texts.get(place).ids().size(), limit)
                    : fixed;
            places.computeIfAbsent(length, any -> new ArrayList<>()).add(place);
        }
        return places;
    }
}
