package multimodal.clip.rpc;

import com.google.common.primitives.Floats;
import multimodal.clip.pipeline.Classification;
import multimodal.clip.pipeline.Embeddings;
import multimodal.clip.pipeline.SimilarityMatrix;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.CompareResponse;
import multimodal.clip.v1.EmbedResponse;
import multimodal.clip.v1.LabelScore;
import multimodal.clip.v1.SimilarityRow;
import multimodal.common.v1.Embedding;

/** Results of the CLIP pipelines as messages. */
final class ClipResponses {

    private ClipResponses() {}

    static EmbedResponse embed(Embeddings embeddings, Call call) {
        EmbedResponse.Builder response = EmbedResponse.newBuilder().setInfo(Infos.render(embeddings.info(), call));
        for (int row = 0; row < embeddings.values().rows(); row++) {
            float[] values = embeddings.values().row(row).floats();
            response.addEmbeddings(Embedding.newBuilder().addAllValues(Floats.asList(values)));
        }
        return response.build();
    }

    static CompareResponse compare(SimilarityMatrix matrix, Call call) {
        CompareResponse.Builder response = CompareResponse.newBuilder()
                .setLogitScale(matrix.logitScale())
                .setInfo(Infos.render(matrix.info(), call));
        for (int row = 0; row < matrix.cosines().rows(); row++) {
            float[] cosines = matrix.cosines().row(row).floats();
            response.addRows(SimilarityRow.newBuilder().addAllSimilarities(Floats.asList(cosines)));
        }
        return response.build();
    }

    static ClassifyResponse classify(ClassifyRequest request, Classification classification, Call call) {
        ClassifyResponse.Builder response =
                ClassifyResponse.newBuilder().setInfo(Infos.render(classification.info(), call));
        classification
                .scores()
                .forEach(score -> response.addScores(LabelScore.newBuilder()
                        .setLabel(request.getLabels(score.index()))
                        .setIndex(score.index())
                        .setProbability((float) score.probability())
                        .setSimilarity(score.similarity())));
        return response.build();
    }
}
