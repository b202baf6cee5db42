package multimodal.clip.rpc;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import multimodal.clip.index.CollectionNames;
import multimodal.clip.index.ImageFilter;
import multimodal.clip.index.VectorSpace;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.NewImage;
import multimodal.clip.pipeline.Place;
import multimodal.clip.pipeline.SearchOptions;
import multimodal.clip.steps.Vectors;
import multimodal.clip.v1.DeleteImagesRequest;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Embedding;

/** Requests to the image index as options of the pipelines. */
final class SearchRequests {

    private static final int MAX_ID_LENGTH = 256;
    private static final int MAX_IDS = 1_000;
    private static final int MAX_K = 1_000;
    private static final int DEFAULT_K = 10;

    private SearchRequests() {}

    /** Whether {@code name} can be a collection's, else a fault of {@code field}. */
    static boolean requireCollection(String field, String name, Violations violations) {
        return violations.require(CollectionNames.isValid(name), field, name, CollectionNames.EXPECTED);
    }

    /** @param space of the collection; empty if that is not known to exist, whose name is then checked elsewhere */
    static SearchOptions search(SearchImagesRequest request, Optional<VectorSpace> space, RequestCheck check) {
        Violations violations = check.violations();
        int k = request.hasK() ? request.getK() : DEFAULT_K;
        violations.requireRange("k", k, 1, MAX_K);
        float minScore = request.hasMinScore() ? request.getMinScore() : -1;
        violations.requireRange("min_score", minScore, -1f, 1f);
        space.ifPresent(known -> Spaces.requireSame("model", request.getModel(), known, violations));
        return new SearchOptions(
                request.getCollection(),
                query(request, space, check),
                k,
                minScore,
                request.hasFilter()
                        ? Optional.of(FilterRequests.parse("filter", request.getFilter(), violations))
                        : Optional.empty(),
                PageTokens.parse(request, violations));
    }

    private static Place query(SearchImagesRequest request, Optional<VectorSpace> space, RequestCheck check) {
        return switch (request.getQueryCase()) {
            case TEXT -> new Place.Of(ContentRequests.text("text", request.getText(), check.violations()));
            case IMAGE ->
                new Place.Of(new Content.Picture(ContentRequests.picture("image", request.getImage(), check)));
            case EMBEDDING -> embedding("embedding", request.getEmbedding(), space, check.violations());
            case QUERY_NOT_SET -> {
                check.violations().add("query", "nothing", "text, image or embedding");
                yield new Place.At(new float[0]);
            }
        };
    }

    /** @param number of the item in its stream, from 0 */
    static NewImage item(long number, IndexItem item, VectorSpace space, RequestCheck check) {
        String field = "items[%d]".formatted(number);
        requireId(field + ".id", item.getId(), check.violations());
        Place place =
                switch (item.getContentCase()) {
                    case IMAGE ->
                        new Place.Of(
                                new Content.Picture(ContentRequests.picture(field + ".image", item.getImage(), check)));
                    case EMBEDDING ->
                        embedding(field + ".embedding", item.getEmbedding(), Optional.of(space), check.violations());
                    case CONTENT_NOT_SET -> {
                        check.violations().add(field, "nothing", "image or embedding");
                        yield new Place.At(new float[0]);
                    }
                };
        return new NewImage(
                number,
                item.getId(),
                place,
                MetadataMessages.parse(field + ".metadata", item.getMetadataMap(), check.violations()));
    }

    /** Which images a request wants to be deleted. */
    static ImageFilter selection(DeleteImagesRequest request, Violations violations) {
        return switch (request.getSelectionCase()) {
            case IDS -> ids(request.getIds().getIdsList(), violations);
            case FILTER -> FilterRequests.parse("filter", request.getFilter(), violations);
            case SELECTION_NOT_SET -> {
                violations.add("selection", "nothing", "ids or filter");
                yield new ImageFilter.Ids(Set.of());
            }
        };
    }

    private static ImageFilter ids(List<String> ids, Violations violations) {
        if (violations.require(
                !ids.isEmpty() && ids.size() <= MAX_IDS, "ids.ids", ids.size() + " ids", "1 to " + MAX_IDS)) {
            for (int index = 0; index < ids.size(); index++) {
                requireId("ids.ids[%d]".formatted(index), ids.get(index), violations);
            }
        }
        return new ImageFilter.Ids(new HashSet<>(ids));
    }

    private static void requireId(String field, String id, Violations violations) {
        if (violations.requireText(field, id, MAX_ID_LENGTH)) {
            MetadataMessages.requireNoNull(field, id, violations);
        }
    }

    /** A point in the direction of {@code embedding}, at length 1. */
    private static Place embedding(
            String field, Embedding embedding, Optional<VectorSpace> space, Violations violations) {
        float[] values = new float[embedding.getValuesCount()];
        double squares = 0;
        for (int index = 0; index < values.length; index++) {
            values[index] = embedding.getValues(index);
            squares += (double) values[index] * values[index];
        }
        space.ifPresent(known -> violations.require(
                values.length == known.dimension(),
                field + ".values",
                values.length + " coordinates",
                "%d, as the collection has".formatted(known.dimension())));
        boolean isSound = violations.require(
                Double.isFinite(squares) && squares > 0,
                field + ".values",
                squares == 0 ? "only zeros" : "not finite",
                "finite coordinates that are not all 0");
        return new Place.At(isSound ? Vectors.normalized(values) : values);
    }
}
