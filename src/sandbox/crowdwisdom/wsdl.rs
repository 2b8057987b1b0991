//! The WSDL of the portal, written from the document: document/literal wrapped, only the operations' own
//! elements in the namespace of the service. Pure.

use super::options::{CrowdWisdomErrors, CrowdWisdomOptions};
use super::record::{FIELDS, Field, Kind};
use super::reply::NAMESPACE;
use crate::sandbox::xml::escaped;

/// The WSDL of a portal that is set up so and found there.
pub(super) fn document(options: &CrowdWisdomOptions, address: &str) -> String {
    let mut operations = vec![options.session_method.as_str(), "setCompletion"];
    operations.extend(options.batches.then_some("setCompletions"));
    let each = |write: fn(&str) -> String| operations.iter().map(|name| write(name)).collect::<String>();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <wsdl:definitions name=\"Integration\" targetNamespace=\"{NAMESPACE}\" xmlns:tns=\"{NAMESPACE}\" \
         xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
         xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n\
         <wsdl:types>\n<xs:schema targetNamespace=\"{NAMESPACE}\" elementFormDefault=\"unqualified\">\n\
         {}</xs:schema>\n</wsdl:types>\n{}\
         <wsdl:message name=\"ServiceException\"><wsdl:part name=\"fault\" element=\"tns:ServiceException\"/>\
         </wsdl:message>\n\
         <wsdl:portType name=\"Integration\">\n{}</wsdl:portType>\n\
         <wsdl:binding name=\"IntegrationSoap\" type=\"tns:Integration\">\n\
         <soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n{}</wsdl:binding>\n\
         <wsdl:service name=\"IntegrationService\">\n\
         <wsdl:port name=\"IntegrationPort\" binding=\"tns:IntegrationSoap\">\
         <soap:address location=\"{}\"/></wsdl:port>\n</wsdl:service>\n</wsdl:definitions>\n",
        types(options),
        each(messages),
        each(offer),
        each(bind),
        escaped(address)
    )
}

fn types(options: &CrowdWisdomOptions) -> String {
    let text = |name: &str| element(name, "xs:string", 1, "1");
    let caller = text("systemId") + &text("sessionToken");
    let result = match options.errors {
        CrowdWisdomErrors::Result => element("return", "tns:result", 1, "1"),
        CrowdWisdomErrors::Detail | CrowdWisdomErrors::FaultCode => String::new(),
    };
    let parameters = options.session_parameters.iter().map(|(name, _)| text(&escaped(name)));
    let session = &options.session_method;
    let mut types = global(session, &parameters.collect::<String>());
    types += &global(&format!("{session}Response"), &text(&options.session_result));
    types +=
        &global("setCompletion", &format!("{caller}{}", element("record", "tns:completionRecord", 1, "1")));
    types += &global("setCompletionResponse", &result);
    if options.batches {
        let records = element("record", "tns:completionRecord", 1, "unbounded");
        let held = match &options.batch_wrapper {
            None => records,
            Some(wrapper) => {
                let name = escaped(wrapper);
                format!("<xs:element name=\"{name}\">{}</xs:element>\n", complex("", &records))
            }
        };
        types += &global("setCompletions", &format!("{caller}{held}"));
        let each = || element("return", "tns:recordResult", 0, "unbounded");
        types += &global("setCompletionsResponse", &if options.batch_results { each() } else { result });
    }
    let told = element("code", "xs:int", 1, "1") + &text("description");
    types += &global("ServiceException", &told);
    types += &complex("result", &told);
    if options.batch_results {
        types += &complex("recordResult", &(text("customerId") + &text("productId") + &told));
    }
    types += &complex("completionRecord", &FIELDS.iter().map(field).collect::<String>());
    types += &complex("credits", &element("credit", "tns:credit", 0, "unbounded"));
    types += "<xs:complexType name=\"credit\"><xs:simpleContent><xs:extension base=\"xs:string\">\
              <xs:attribute name=\"name\" type=\"xs:string\" use=\"required\"/>\
              <xs:attribute name=\"title\" type=\"xs:string\"/></xs:extension></xs:simpleContent></xs:complexType>\n";
    for field in &FIELDS {
        if let Kind::Word(words) = field.kind {
            let words = words.iter().map(|word| format!("<xs:enumeration value=\"{word}\"/>"));
            types += &format!(
                "<xs:simpleType name=\"{}Type\"><xs:restriction base=\"xs:string\">{}</xs:restriction>\
                 </xs:simpleType>\n",
                field.name,
                words.collect::<String>()
            );
        }
    }
    types
}

fn field(field: &Field) -> String {
    let kind = match field.kind {
        Kind::Text => "xs:string".to_owned(),
        Kind::Word(_) => format!("tns:{}Type", field.name),
        Kind::Float => "xs:float".to_owned(),
        Kind::Long => "xs:long".to_owned(),
        Kind::Boolean => "xs:boolean".to_owned(),
        Kind::DateTime => "xs:dateTime".to_owned(),
        Kind::Credits => "tns:credits".to_owned(),
    };
    element(field.name, &kind, u8::from(field.mandatory), "1")
}

fn element(name: &str, kind: &str, least: u8, most: &str) -> String {
    format!("<xs:element name=\"{name}\" type=\"{kind}\" minOccurs=\"{least}\" maxOccurs=\"{most}\"/>\n")
}

fn global(name: &str, inside: &str) -> String {
    format!("<xs:element name=\"{}\">{}</xs:element>\n", escaped(name), complex("", inside))
}

fn complex(name: &str, inside: &str) -> String {
    let name = if name.is_empty() { String::new() } else { format!(" name=\"{name}\"") };
    format!("<xs:complexType{name}><xs:sequence>\n{inside}</xs:sequence></xs:complexType>\n")
}

fn messages(operation: &str) -> String {
    let message = |name: &str, element: &str| {
        format!(
            "<wsdl:message name=\"{name}\"><wsdl:part name=\"parameters\" element=\"tns:{element}\"/></wsdl:message>\n"
        )
    };
    message(operation, operation) + &message(&format!("{operation}Response"), &format!("{operation}Response"))
}

fn offer(operation: &str) -> String {
    format!(
        "<wsdl:operation name=\"{operation}\"><wsdl:input message=\"tns:{operation}\"/>\
         <wsdl:output message=\"tns:{operation}Response\"/>\
         <wsdl:fault name=\"ServiceException\" message=\"tns:ServiceException\"/></wsdl:operation>\n"
    )
}

fn bind(operation: &str) -> String {
    format!(
        "<wsdl:operation name=\"{operation}\"><soap:operation soapAction=\"\"/>\
         <wsdl:input><soap:body use=\"literal\"/></wsdl:input>\
         <wsdl:output><soap:body use=\"literal\"/></wsdl:output>\
         <wsdl:fault name=\"ServiceException\"><soap:fault name=\"ServiceException\" use=\"literal\"/></wsdl:fault>\
         </wsdl:operation>\n"
    )
}
