package multimodal.clip.rpc;

import com.google.protobuf.util.Durations;
import com.google.rpc.Status;
import java.util.List;
import java.util.Optional;
import multimodal.clip.index.CollectionInfo;
import multimodal.clip.index.ImageHit;
import multimodal.clip.pipeline.FoundImages;
import multimodal.clip.v1.Collection;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.ItemAcknowledgement;
import multimodal.clip.v1.ItemFailure;
import multimodal.clip.v1.ListCollectionsResponse;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import multimodal.common.rpc.Statuses;
import multimodal.inference.rpc.ModelMessages;

/** What the image index answers, as messages. */
final class SearchResponses {

    private SearchResponses() {}

    static Collection collection(CollectionInfo info) {
        return Collection.newBuilder()
                .setName(info.name())
                .setModel(ModelMessages.ref(info.space().model()))
                .setDimension(info.space().dimension())
                .setItemCount(info.itemCount())
                .build();
    }

    static ListCollectionsResponse collections(List<CollectionInfo> infos) {
        return ListCollectionsResponse.newBuilder()
                .addAllCollections(
                        infos.stream().map(SearchResponses::collection).toList())
                .build();
    }

    static IndexImagesResponse opened(CollectionInfo info) {
        return IndexImagesResponse.newBuilder().setOpened(collection(info)).build();
    }

    /** @param error why the item was not stored; empty if it is durable */
    static IndexImagesResponse acknowledgement(long number, String id, Optional<Throwable> error) {
        ItemAcknowledgement.Builder acknowledgement =
                ItemAcknowledgement.newBuilder().setIndex(number).setId(id);
        error.map(SearchResponses::failure).ifPresent(acknowledgement::setFailure);
        return IndexImagesResponse.newBuilder()
                .setAcknowledgement(acknowledgement)
                .build();
    }

    static SearchImagesResponse found(SearchImagesRequest request, FoundImages found, Call call) {
        SearchImagesResponse.Builder response = SearchImagesResponse.newBuilder()
                .setSearchDuration(Durations.fromNanos(found.searchTime().toNanos()));
        found.hits().forEach(hit -> response.addHits(hit(hit)));
        found.next().ifPresent(cursor -> response.setNextPageToken(PageTokens.render(cursor, request)));
        found.info().ifPresent(info -> response.setInfo(Infos.render(info, call)));
        return response.build();
    }

    private static SearchHit hit(ImageHit hit) {
        return SearchHit.newBuilder()
                .setId(hit.id())
                .setScore(hit.score())
                .putAllMetadata(MetadataMessages.render(hit.metadata()))
                .build();
    }

    private static ItemFailure failure(Throwable error) {
        Status status = Statuses.toProto(Calls.status(error));
        return ItemFailure.newBuilder()
                .setCode(status.getCode())
                .setCause(status.getMessage())
                .addAllDetails(status.getDetailsList())
                .build();
    }
}
