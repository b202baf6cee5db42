package multimodal.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the gateway: rpc → client → workflow, proxy → client; nothing knows engines or inference. */
@AnalyzeClasses(packages = "multimodal.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule workflowKnowsNothingOfGrpc = noClasses()
            .that()
            .resideInAPackage("multimodal.gateway.workflow..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.quarkus..",
                    "multimodal.gateway.client..",
                    "multimodal.gateway.proxy..",
                    "multimodal.gateway.rpc..",
                    "multimodal.gateway.v1..");

    @ArchTest
    static final ArchRule clientKnowsWorkflowsAlone = noClasses()
            .that()
            .resideInAPackage("multimodal.gateway.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("multimodal.gateway.rpc..", "multimodal.gateway.proxy..", "io.quarkus..");

    @ArchTest
    static final ArchRule proxyKnowsNoWorkflow = noClasses()
            .that()
            .resideInAPackage("multimodal.gateway.proxy..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("multimodal.gateway.rpc..", "multimodal.gateway.workflow..");

    @ArchTest
    static final ArchRule stubsOfServicesBelowAreUsedByTheClientAlone = noClasses()
            .that()
            .resideOutsideOfPackage("multimodal.gateway.client..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("multimodal\\.(image|clip)\\.v1\\..*Grpc(\\$.*)?");

    @ArchTest
    static final ArchRule noEngineIsLoaded = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "multimodal.inference..", "multimodal.media..");
}
