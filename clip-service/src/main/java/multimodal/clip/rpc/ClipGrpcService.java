package multimodal.clip.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.util.List;
import multimodal.clip.pipeline.ClassifyOptions;
import multimodal.clip.pipeline.Comparer;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.pipeline.ZeroShotClassifier;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.CompareRequest;
import multimodal.clip.v1.CompareResponse;
import multimodal.clip.v1.DeleteImagesRequest;
import multimodal.clip.v1.DeleteImagesResponse;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.DropCollectionResponse;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.EmbedResponse;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.ListCollectionsRequest;
import multimodal.clip.v1.ListCollectionsResponse;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import multimodal.common.rpc.CheckedRequests;
import multimodal.inference.lifecycle.ModelHandle;

/** {@code multimodal.clip.v1.ClipService}: parse, call one pipeline, render. */
@GrpcService
public class ClipGrpcService extends ClipServiceGrpc.ClipServiceImplBase {

    private final Calls calls;
    private final Models models;
    private final PictureReader reader;
    private final Embedder embedder;
    private final Comparer comparer;
    private final ZeroShotClassifier classifier;
    private final ImageSearchCalls search;

    @Inject
    ClipGrpcService(
            Calls calls,
            Models models,
            PictureReader reader,
            Embedder embedder,
            Comparer comparer,
            ZeroShotClassifier classifier,
            ImageSearchCalls search) {
        this.calls = calls;
        this.models = models;
        this.reader = reader;
        this.embedder = embedder;
        this.comparer = comparer;
        this.classifier = classifier;
        this.search = search;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
        calls.answer(observer, call -> {
            try (ModelHandle model = models.clip(request.getModel(), call)) {
                RequestCheck check = new RequestCheck(reader);
                List<Content> inputs = ContentRequests.contents("inputs", request.getInputsList(), check);
                check.throwIfAny();
                return ClipResponses.embed(embedder.embed(model, inputs, call.context()), call);
            }
        });
    }

    @Override
    public void compare(CompareRequest request, StreamObserver<CompareResponse> observer) {
        calls.answer(observer, call -> {
            try (ModelHandle model = models.clip(request.getModel(), call)) {
                RequestCheck check = new RequestCheck(reader);
                List<Content> rows = ContentRequests.contents("rows", request.getRowsList(), check);
                List<Content> columns = ContentRequests.contents("columns", request.getColumnsList(), check);
                check.throwIfAny();
                return ClipResponses.compare(comparer.compare(model, rows, columns, call.context()), call);
            }
        });
    }

    @Override
    public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> observer) {
        calls.answer(observer, call -> {
            try (ModelHandle model = models.clip(request.getModel(), call)) {
                RequestCheck check = new RequestCheck(reader);
                ClassifyOptions options = LabelRequests.classify(request, model.manifest(), check);
                check.throwIfAny();
                return ClipResponses.classify(request, classifier.classify(model, options, call.context()), call);
            }
        });
    }

    @Override
    public StreamObserver<IndexImagesRequest> indexImages(StreamObserver<IndexImagesResponse> observer) {
        return search.index(observer);
    }

    @Override
    public void searchImages(SearchImagesRequest request, StreamObserver<SearchImagesResponse> observer) {
        search.search(request, observer);
    }

    @Override
    public void deleteImages(DeleteImagesRequest request, StreamObserver<DeleteImagesResponse> observer) {
        search.delete(request, observer);
    }

    @Override
    public void listCollections(ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
        search.list(observer);
    }

    @Override
    public void dropCollection(DropCollectionRequest request, StreamObserver<DropCollectionResponse> observer) {
        search.drop(request, observer);
    }
}
