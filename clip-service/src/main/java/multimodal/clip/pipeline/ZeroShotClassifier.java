package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import multimodal.clip.pipeline.Classification.Score;
import multimodal.clip.steps.Vectors;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;

/** Says which label fits a picture, without training for the labels (Radford et al. 2021, section 3.1). Thread-safe. */
public final class ZeroShotClassifier {

    private static final String PLACE = "{}";

    private final ContentEncoder encoder;

    public ZeroShotClassifier(ContentEncoder encoder) {
        this.encoder = encoder;
    }

    /** Scores every label; the order of the labels changes no probability. */
    public Classification classify(ModelHandle model, ClassifyOptions options, RequestContext context) {
        List<Content> contents = new ArrayList<>(sentences(options));
        contents.add(new Content.Picture(options.picture()));
        try (Permit permit = model.admit(context, ContentEncoder.cost(contents))) {
            ContentEncoder.Encoded encoded = encoder.encode(model, permit, contents);
            Tensor embeddings = encoded.embeddings();
            int last = embeddings.rows() - 1;
            Tensor labels = Vectors.meanDirections(
                    embeddings.rows(0, last), options.templates().size());
            List<Score> scores = scores(similarities(labels, embeddings.row(last)), logitScale(model));
            return new Classification(scores, WorkInfo.of(model, permit, encoded.cutTexts()));
        }
    }

    /** All sentences of the first label, then of the second, and so on. */
    private static List<Content.Text> sentences(ClassifyOptions options) {
        return IntStream.range(0, options.labels().size())
                .boxed()
                .flatMap(label -> options.templates().stream()
                        .map(template ->
                                template.replace(PLACE, options.labels().get(label)))
                        .map(sentence -> new Content.Text("labels[%d]".formatted(label), sentence)))
                .toList();
    }

    private static float[] similarities(Tensor labels, Tensor picture) {
        float[] similarities = new float[labels.rows()];
        for (int label = 0; label < similarities.length; label++) {
            similarities[label] = Vectors.cosine(picture, 0, labels, label);
        }
        return similarities;
    }

    private static List<Score> scores(float[] similarities, double logitScale) {
        int[] likeliestFirst = IntStream.range(0, similarities.length)
                .boxed()
                .sorted(Comparator.comparing((Integer label) -> similarities[label])
                        .reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        double[] sorted = IntStream.of(likeliestFirst)
                .mapToDouble(label -> similarities[label])
                .toArray();
        double[] probabilities = Vectors.softmax(sorted, logitScale);
        return IntStream.range(0, sorted.length)
                .mapToObj(rank ->
                        new Score(likeliestFirst[rank], probabilities[rank], similarities[likeliestFirst[rank]]))
                .toList();
    }

    private static double logitScale(ModelHandle model) {
        return model.manifest().parameters().number("logit_scale");
    }
}
